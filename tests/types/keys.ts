import { defineKeys, TTL } from 'ferroquery';
import { same } from './equal.js';

declare const workspaceId: string;

const keys = defineKeys({
  executive: {
    key: 'exec:dashboard:{workspaceId}:{timeframe}',
    ttl: TTL.LONG,
    tags: ['workspace:{workspaceId}', 'plan:{plan}'],
  },
  agents: { key: 'agents', ttl: TTL.SHORT },
  run: { key: 'run:v2-{version}:{id}', ttl: 5000 },
});

// The parameters come from the placeholders of the key and of the tags.
const executive = keys.executive({ workspaceId, timeframe: '30d', plan: 'pro' });
same<typeof executive.queryKey, readonly ['exec', 'dashboard', string, '30d']>();
same<typeof executive.staleTime, number>();
same<typeof executive.tags, string[]>();

// Parameters that are already in a variable.
const params = { workspaceId, timeframe: '7d', plan: 'free' };
same<ReturnType<typeof keys.executive<typeof params>>['queryKey'], readonly ['exec', 'dashboard', string, string]>();
keys.executive(params);

// Numbers and booleans stay what they are in the key; a part with text around its placeholder is a string.
const run = keys.run({ version: 2, id: 7 });
same<typeof run.queryKey, readonly ['run', string, 7]>();

// A key without placeholders takes no parameters.
const agents = keys.agents();
same<typeof agents.queryKey, readonly ['agents']>();
keys.agents({});

// @ts-expect-error a parameter of the key is missing
keys.executive({ workspaceId, plan: 'pro' });
// @ts-expect-error a parameter of the tags is missing
keys.executive({ workspaceId, timeframe: '30d' });
// @ts-expect-error all parameters are missing
keys.executive();
// @ts-expect-error no template has this parameter
keys.executive({ workspaceId, timeframe: '30d', plan: 'pro', colour: 'red' });
// @ts-expect-error null is no part of a key
keys.executive({ workspaceId: null, timeframe: '30d', plan: 'pro' });
// @ts-expect-error an object is no part of a key
keys.executive({ workspaceId: { id: workspaceId }, timeframe: '30d', plan: 'pro' });
// @ts-expect-error this key has no parameters
keys.agents({ workspaceId });
// @ts-expect-error there is no such entry
keys.executives;
// @ts-expect-error an entry needs a ttl
defineKeys({ broken: { key: 'broken' } });

// A pattern takes any of the key's parameters.
same<ReturnType<typeof keys.executive.pattern>, string>();
keys.executive.pattern();
keys.executive.pattern({});
keys.executive.pattern({ timeframe: '30d' });
// @ts-expect-error a parameter of the tags is not in the key
keys.executive.pattern({ plan: 'pro' });

// Templates that are not known at compile time take any parameters.
declare const entry: { key: string; ttl: number };
const loose = defineKeys({ entry }).entry;
same<ReturnType<typeof loose.pattern>, string>();

same<(typeof TTL)['HOUR'], 3600000>();
// @ts-expect-error a constant
TTL.HOUR = 1;
