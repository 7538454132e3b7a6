"""The demo: what it holds, and how it is made (docs/demo.md)."""

from resolvers.demo.dossiers import load as load
