// Cytoscape whole: it draws the few people between a seller and a contact.
export { default as cytoscape } from "cytoscape";
