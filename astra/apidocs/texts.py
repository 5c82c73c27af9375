"""What the document says of the API as a whole."""

API_DESCRIPTION = """\
* Every call below `/accounts` needs a bearer token; *Authorize* takes one.
* Every refusal is a problem of the published catalogue, as `application/problem+json`. Each operation
  lists its own; besides, any path can answer 405 (problem 69), 414 and 429.
* A request body is read as JSON whatever its Content-Type says. An instance comes in its own media
  type when `Accept` asks for it, else as `application/json`.
* Where an operation is simpler than the real one, its description says so."""
