"""A dashboard service on FastAPI. Start it with ``uvicorn service:app``."""

from collections import Counter

from fastapi import FastAPI

from cache import cached, invalidate_pattern

app = FastAPI()

# Stands for the database.
runs = Counter()


@app.get("/workspaces/{workspace_id}/dashboard")
@cached("exec:dashboard:{workspace_id}:{timeframe}", ttl=1800)
async def dashboard(workspace_id: str, timeframe: str = "7d"):
    return {"workspace_id": workspace_id, "timeframe": timeframe, "runs": runs[workspace_id]}


@app.post("/workspaces/{workspace_id}/runs", status_code=201)
async def add_run(workspace_id: str):
    runs[workspace_id] += 1
    await invalidate_pattern(f"exec:dashboard:{workspace_id}:*")
    return {"workspace_id": workspace_id, "runs": runs[workspace_id]}
