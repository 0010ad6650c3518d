import { catalogue, pair, solo, startup } from './runner';

const calls: Record<string, (...args: never[]) => Promise<unknown>> = { catalogue, pair, solo, startup };

/** Answers one call of the host, then goes: every case gets a process of its own. */
process.once('message', async ({ name, args }: { name: string; args: never[] }) => {
  let answer: { value: unknown } | { error: string };
  try {
    answer = { value: await calls[name]!(...args) };
  } catch (error) {
    answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send!(answer, () => process.exit(0));
});
