"""What is true: the tables and the pure rules. Imports nothing of ours but the settings."""

from models.accounts import ApiToken as ApiToken
from models.accounts import RecoveryCode as RecoveryCode
from models.accounts import Session as Session
from models.accounts import Throttle as Throttle
from models.accounts import User as User
from models.answers import DeprecatedUse as DeprecatedUse
from models.answers import KeptAnswer as KeptAnswer
from models.attachments import Attachment as Attachment
from models.attachments import Upload as Upload
from models.comment_templates import CommentTemplate as CommentTemplate
from models.dossiers import Dossier as Dossier
from models.dossiers import FundingRequest as FundingRequest
from models.dossiers import Version as Version
from models.emails import Email as Email
from models.events import ChainHead as ChainHead
from models.events import Event as Event
from models.modifications import Modification as Modification
from models.news import News as News
from models.suppliers import Supplier as Supplier
from models.support import SupportMessage as SupportMessage
from models.sweep_passes import SweepPass as SweepPass
from models.webhooks import Webhook as Webhook
from models.webhooks import WebhookDelivery as WebhookDelivery
