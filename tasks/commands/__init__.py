"""The commands of `solde`, a module for each thing that they are about."""
