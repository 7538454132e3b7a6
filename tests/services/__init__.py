"""The real programs that some tests run on: `solde up` itself, a queue server, a browser."""
