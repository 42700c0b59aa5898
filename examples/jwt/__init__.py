"""An owner provider for JWTs: the owner is the subject of a signed token. See README.md."""
