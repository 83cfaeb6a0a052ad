"""Which kind the next activity of a record has; when it is stands in its rating (`Health`)."""

import sqlalchemy as sa

from relationship.activities import Status
from relationship.store.activities.activity_tables import Activity, RecordActivity
from relationship.store.crm.record_tables import Record
from relationship.store.ratings.rating_tables import Health
from relationship.store.tables import table

_activity = table(Activity)
_health = table(Health)
_link = table(RecordActivity)
_record = table(Record)

# For a query over records that joins Health: the kind of the planned activity at `next_activity_at`, NULL
# without one; of several at the same moment the first kind in the alphabet.
KIND_OF_NEXT = (
    sa.select(sa.func.min(_activity.c.kind))
    .select_from(_link.join(_activity, _activity.c.id == _link.c.activity_id))
    .where(
        _link.c.record_id == _record.c.id,
        _link.c.status == Status.PLANNED.value,
        _activity.c.at == _health.c.next_activity_at,
    )
    .correlate(_record, _health)
    .scalar_subquery()
)
