"""Who is told of what happens, in which words: mails are written here and wait in the outbox."""

from resolvers.mail.notification import notify as notify
from resolvers.mail.notification import recipients as recipients
