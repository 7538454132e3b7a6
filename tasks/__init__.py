"""What happens later, and the command line `solde`."""
