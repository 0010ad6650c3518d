import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { renameAgent } from '../../api/actions';
import type { AgentDetail } from '../../api/types';
import { useNotice } from '../../ui/Notices';
import { useAction } from '../useAction';
import classes from './AgentDrawer.module.css';

/** The server's limit, in characters. */
const LONGEST = 80;

export function RenameAgent({ agent }: { agent: AgentDetail }) {
  const [draft, setDraft] = useState<string | null>(null);
  const notice = useNotice();
  const { run, busy, error } = useAction(renameAgent);
  // Until somebody types, the field follows the name, also when it is changed elsewhere.
  const text = draft ?? agent.name;
  const name = text.trim();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (name === '' || name === agent.name) return;
    if (await run(agent.workspace_id, agent.id, name)) return;
    setDraft(null);
    notice(`The agent is now called ${name}`);
  }

  return (
    <form onSubmit={submit} className={classes.rename}>
      <TextInput
        className={classes.field}
        label="Name"
        maxLength={LONGEST}
        value={text}
        error={error ? error.message : name === '' ? 'A name needs at least one character' : undefined}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" loading={busy} disabled={name === '' || name === agent.name}>
        Rename agent
      </Button>
    </form>
  );
}
