"""A cache in Redis, as many services have one: a decorator that fills it, and a function that empties parts of it.

Nothing here knows of browsers or of a hub.
"""

import functools
import inspect
import json
import os

import redis.asyncio as redis

client = redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379"))


def cached(key: str, ttl: int):
    """Answers from Redis for ``ttl`` seconds. ``key`` names the function's arguments: ``user:{user_id}``."""

    def decorate(function):
        signature = inspect.signature(function)

        @functools.wraps(function)
        async def answer(*args, **kwargs):
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            name = key.format(**bound.arguments)
            known = await client.get(name)
            if known is not None:
                return json.loads(known)
            value = await function(*args, **kwargs)
            await client.set(name, json.dumps(value), ex=ttl)
            return value

        return answer

    return decorate


async def invalidate_pattern(pattern: str) -> int:
    """Deletes the keys that match a glob, and tells how many there were."""
    deleted = 0
    async for name in client.scan_iter(match=pattern, count=500):
        deleted += await client.delete(name)
    return deleted
