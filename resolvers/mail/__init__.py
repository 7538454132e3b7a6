"""Who is told of what happens, in which words: mails are written here and wait in the outbox."""

from resolvers.mail.notification import letter_about as letter_about
from resolvers.mail.notification import notify as notify
from resolvers.mail.notification import recipients as recipients
