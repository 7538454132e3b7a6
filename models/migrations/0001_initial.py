import functools
from json import dumps, loads
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.actors import AccountRight, AuthorField, Role
from models.attachments import ScanStatus
from models.database import InstantField
from models.dossiers import RequestKind
from models.emails import EmailKind, EmailStatus
from models.events import EventKind
from models.lifecycle import ModificationOutcome, RequestStatus


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Supplier",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("siret", fields.CharField(unique=True, max_length=14)),
                ("legal_name", fields.CharField(max_length=200)),
                ("street", fields.CharField(max_length=200)),
                ("postcode", fields.CharField(max_length=5)),
                ("city", fields.CharField(max_length=100)),
            ],
            options={
                "table": "supplier",
                "app": "solde",
                "pk_attr": "id",
                "table_description": "A company that asks for the subsidy, known by its SIRET.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApiToken",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=100)),
                ("digest", fields.CharField(unique=True, max_length=64)),
                ("scopes", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                (
                    "supplier",
                    fields.ForeignKeyField(
                        "solde.Supplier",
                        source_field="supplier_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="tokens",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
                ("expires_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("used_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "api_token",
                "app": "solde",
                "pk_attr": "id",
                "table_description": "A partner's or manager's software, of which only the digest of its secret is kept.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Dossier",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=20)),
                ("ans_number", fields.CharField(max_length=50)),
                (
                    "supplier",
                    fields.ForeignKeyField(
                        "solde.Supplier",
                        source_field="supplier_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="dossiers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "dossier",
                "app": "solde",
                "pk_attr": "id",
                "table_description": "One supplier's funding dossier, by the number that people say (FINSAS008539).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FundingRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "dossier",
                    fields.ForeignKeyField(
                        "solde.Dossier",
                        source_field="dossier_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ADVANCE: ADVANCE\nBALANCE: BALANCE", enum_type=RequestKind, max_length=20
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="IN_REVIEW: IN_REVIEW\nTO_MODIFY: TO_MODIFY\nVALIDATED: VALIDATED\nREJECTED: REJECTED\nPAID: PAID",
                        enum_type=RequestStatus,
                        max_length=20,
                    ),
                ),
                ("status_changed_at", InstantField(auto_now=False, auto_now_add=False)),
                ("closes_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("submitted_on", fields.DateField()),
                ("updated_at", InstantField(auto_now=False, auto_now_add=False)),
                ("current_rank", fields.IntField(default=0)),
                ("advance_decided", fields.DecimalField(null=True, max_digits=14, decimal_places=2)),
                ("commitment_retained", fields.DecimalField(null=True, max_digits=14, decimal_places=2)),
                ("balance_decided", fields.DecimalField(null=True, max_digits=14, decimal_places=2)),
                ("bank_holder", fields.CharField(max_length=200)),
                ("iban", fields.CharField(max_length=34)),
                ("bic", fields.CharField(max_length=11)),
                ("decision_reason", fields.TextField(null=True, unique=False)),
                ("document_digest", fields.CharField(max_length=64)),
            ],
            options={
                "table": "funding_request",
                "app": "solde",
                "unique_together": (("dossier", "kind"),),
                "indexes": [
                    Index(fields=["updated_at", "id"], name="request_by_update"),
                    Index(fields=["closes_at", "id"], name="request_by_deadline"),
                ],
                "pk_attr": "id",
                "table_description": "A demande d’avance or de solde. Amounts are euros with two decimals.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("transaction", fields.BigIntField(default=0)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "solde.FundingRequest",
                        source_field="request_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.IntField()),
                (
                    "kind",
                    fields.CharEnumField(
                        description="REQUEST_IMPORTED: REQUEST_IMPORTED\nMODIFICATION_REQUESTED: MODIFICATION_REQUESTED\nCOMMENT_SEEN: COMMENT_SEEN\nSUPPORT_CONTACT_CHANGED: SUPPORT_CONTACT_CHANGED\nATTACHMENT_ADDED: ATTACHMENT_ADDED\nATTACHMENT_REMOVED: ATTACHMENT_REMOVED\nMODIFICATION_REMINDED: MODIFICATION_REMINDED\nMODIFICATION_CONFIRMED: MODIFICATION_CONFIRMED\nMODIFICATION_SKIPPED: MODIFICATION_SKIPPED\nMODIFICATION_EXPIRED: MODIFICATION_EXPIRED\nMODIFICATION_CANCELLED: MODIFICATION_CANCELLED\nDEADLINE_EXTENDED: DEADLINE_EXTENDED\nSUPPORT_CONTACTED: SUPPORT_CONTACTED\nSUPPORT_ANSWERED: SUPPORT_ANSWERED\nREQUEST_VALIDATED: REQUEST_VALIDATED\nREQUEST_REJECTED: REQUEST_REJECTED\nREQUEST_PAID: REQUEST_PAID",
                        enum_type=EventKind,
                        max_length=40,
                    ),
                ),
                ("actor", AuthorField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("at", InstantField(auto_now=False, auto_now_add=False)),
                (
                    "payload",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("salt", fields.CharField(max_length=32)),
                ("digest", fields.CharField(max_length=64)),
                ("chain", fields.CharField(max_length=64)),
            ],
            options={
                "table": "event",
                "app": "solde",
                "unique_together": (("request", "position"),),
                "indexes": [Index(fields=["transaction", "id"], name="event_feed")],
                "pk_attr": "id",
                "table_description": "One thing that happened to one request. Timeline, feed and audit read it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Email",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "solde.FundingRequest",
                        source_field="request_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="emails",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "event",
                    fields.ForeignKeyField(
                        "solde.Event",
                        source_field="event_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="emails",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="MODIFICATION_REQUESTED: MODIFICATION_REQUESTED\nMODIFICATION_REMINDER: MODIFICATION_REMINDER\nMODIFICATION_EXPIRED: MODIFICATION_EXPIRED\nMODIFICATION_CONFIRMED: MODIFICATION_CONFIRMED\nMODIFICATION_SKIPPED: MODIFICATION_SKIPPED\nMODIFICATION_CANCELLED: MODIFICATION_CANCELLED\nDEADLINE_EXTENDED: DEADLINE_EXTENDED\nREQUEST_VALIDATED: REQUEST_VALIDATED\nREQUEST_REJECTED: REQUEST_REJECTED\nSUPPORT_ANSWERED: SUPPORT_ANSWERED\nPASSWORD_RESET: PASSWORD_RESET\nIDENTIFIER_REMINDER: IDENTIFIER_REMINDER",
                        enum_type=EmailKind,
                        max_length=40,
                    ),
                ),
                ("recipient", fields.CharField(max_length=254)),
                ("subject", fields.CharField(max_length=250)),
                ("text", fields.TextField(unique=False)),
                ("html", fields.TextField(unique=False)),
                ("message_id", fields.CharField(unique=True, max_length=250)),
                (
                    "status",
                    fields.CharEnumField(
                        default=EmailStatus.QUEUED,
                        description="QUEUED: QUEUED\nSENT: SENT\nFAILED: FAILED",
                        enum_type=EmailStatus,
                        max_length=20,
                    ),
                ),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
                ("sent_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("attempts", fields.IntField(default=0)),
                ("next_attempt_at", InstantField(auto_now=False, auto_now_add=False)),
                ("leased_until", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("error", fields.TextField(null=True, unique=False)),
                (
                    "resend_of",
                    fields.ForeignKeyField(
                        "solde.Email",
                        source_field="resend_of_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="resends",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "email",
                "app": "solde",
                "indexes": [Index(fields=["request_id", "created_at", "id"], name="email_by_request")],
                "pk_attr": "id",
                "table_description": "One mail to one recipient: a worker leases it, sends it, marks it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SupportMessage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "solde.FundingRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="support_messages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text", fields.TextField(unique=False)),
                ("at", InstantField(auto_now=False, auto_now_add=False)),
                ("by", AuthorField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("answer", fields.TextField(null=True, unique=False)),
                ("answered_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "answered_by",
                    AuthorField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
            ],
            options={
                "table": "support_message",
                "app": "solde",
                "indexes": [Index(fields=["at", "id"], name="support_message_by_date")],
                "pk_attr": "id",
                "table_description": "What a supplier wrote, and what a manager answered.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Upload",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=100)),
                ("file_name", fields.CharField(max_length=200)),
                ("content_type", fields.CharField(max_length=100)),
                ("size", fields.BigIntField()),
                ("sha256", fields.CharField(max_length=64)),
                (
                    "scan_status",
                    fields.CharEnumField(
                        default=ScanStatus.NOT_SCANNED,
                        description="PENDING: PENDING\nCLEAN: CLEAN\nINFECTED: INFECTED\nNOT_SCANNED: NOT_SCANNED",
                        enum_type=ScanStatus,
                        max_length=20,
                    ),
                ),
                ("account", fields.CharField(max_length=50)),
                ("created_at", InstantField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "upload",
                "app": "solde",
                "pk_attr": "id",
                "table_description": "A file received whole: its name as the user wrote it, its bytes under `key` in the storage.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="User",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("identifier", fields.CharField(unique=True, max_length=100)),
                ("email", fields.CharField(max_length=254)),
                ("name", fields.CharField(max_length=200)),
                (
                    "role",
                    fields.CharEnumField(
                        description="SUPPLIER: SUPPLIER\nMANAGER: MANAGER\nPARTNER: PARTNER\nSYSTEM: SYSTEM",
                        enum_type=Role,
                        max_length=20,
                    ),
                ),
                (
                    "right",
                    fields.CharEnumField(
                        default=AccountRight.CONFIRM,
                        description="READ: READ\nEDIT: EDIT\nCONFIRM: CONFIRM",
                        enum_type=AccountRight,
                        max_length=20,
                    ),
                ),
                (
                    "supplier",
                    fields.ForeignKeyField(
                        "solde.Supplier",
                        source_field="supplier_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="users",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("password_hash", fields.CharField(max_length=200)),
                ("active", fields.BooleanField(default=True)),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "account",
                "app": "solde",
                "pk_attr": "id",
                "table_description": "A person of a supplier, or a manager of the agency.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("digest", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "solde.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
                ("seen_at", InstantField(auto_now=False, auto_now_add=False)),
                ("expires_at", InstantField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "session",
                "app": "solde",
                "pk_attr": "digest",
                "table_description": "A signed-in browser, of which only the digest of its secret is kept.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Version",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "solde.FundingRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="versions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("rank", fields.IntField()),
                ("asp_number", fields.CharField(max_length=30)),
                ("dsr", fields.CharField(max_length=50)),
                ("support_contact", fields.CharField(max_length=250)),
                ("created_at", InstantField(auto_now=False, auto_now_add=False)),
                ("created_by", AuthorField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
            ],
            options={
                "table": "version",
                "app": "solde",
                "unique_together": (("request", "rank"),),
                "pk_attr": "id",
                "table_description": "A request's data as filed or confirmed: never changed. Rank 0 is the import, n what cycle n made.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Modification",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "solde.FundingRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="modifications",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                ("comment", fields.TextField(unique=False)),
                (
                    "expected_changes",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("opened_at", InstantField(auto_now=False, auto_now_add=False)),
                ("opened_by", AuthorField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("reminds_at", InstantField(auto_now=False, auto_now_add=False)),
                ("reminded_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("closes_at", InstantField(auto_now=False, auto_now_add=False)),
                ("comment_seen_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                ("revision", fields.IntField(default=0)),
                ("draft_support_contact", fields.CharField(null=True, max_length=250)),
                ("draft_updated_at", InstantField(auto_now=False, auto_now_add=False)),
                (
                    "draft_updated_by",
                    AuthorField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                (
                    "outcome",
                    fields.CharEnumField(
                        null=True,
                        description="CONFIRMED: CONFIRMED\nSKIPPED: SKIPPED\nEXPIRED: EXPIRED\nCANCELLED: CANCELLED",
                        enum_type=ModificationOutcome,
                        max_length=20,
                    ),
                ),
                ("closed_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "closed_by",
                    AuthorField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("note", fields.TextField(null=True, unique=False)),
                ("cancel_reason", fields.TextField(null=True, unique=False)),
                (
                    "version",
                    fields.OneToOneField(
                        "solde.Version",
                        source_field="version_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="modification",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "modification",
                "app": "solde",
                "unique_together": (("request", "number"),),
                "pk_attr": "id",
                "table_description": "One cycle, with the supplier's draft on its own row: one UPDATE is the compare-and-set of either.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Attachment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "solde.FundingRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attachments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "modification",
                    fields.ForeignKeyField(
                        "solde.Modification",
                        source_field="modification_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="attachments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "upload",
                    fields.ForeignKeyField(
                        "solde.Upload",
                        source_field="upload_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attachments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.IntField()),
                ("rank", fields.IntField(null=True)),
                ("document_type", fields.CharField(max_length=50)),
                ("added_at", InstantField(auto_now=False, auto_now_add=False)),
                ("added_by", AuthorField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("removed_at", InstantField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "attachment",
                "app": "solde",
                "indexes": [Index(fields=["request_id", "position"], name="attachment_by_request")],
                "pk_attr": "id",
                "table_description": "A document of a request.",
            },
            bases=["Model"],
        ),
    ]
