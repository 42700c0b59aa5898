"""The declaration of a resource."""
