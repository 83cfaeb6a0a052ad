"""How sources and deliveries are doing, and what Microsoft Graph tells."""
