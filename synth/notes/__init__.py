"""The worker side: instruments, timbres, graphs, and threads that generate notes ahead of need."""

import os

# onnxruntime 1.32 keeps a database of telemetry in the user's home, unless this is set before it is
# imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
