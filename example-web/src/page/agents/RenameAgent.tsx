import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { renameAgent } from '../../api/actions';
import type { AgentDetail } from '../../api/types';
import { keys } from '../../cache/keys';
import { useMutation, useQueryClient } from '../../core';
import { useNotice } from '../../ui/Notices';
import classes from './AgentDrawer.module.css';

/** The server's limit, in characters. */
const LONGEST = 80;

export function RenameAgent({ agent }: { agent: AgentDetail }) {
  const [draft, setDraft] = useState<string | null>(null);
  const notice = useNotice();
  const { mutate, isPending, error } = useRename(agent);
  // Until somebody types, the field follows the name, also when it is changed elsewhere.
  const text = draft ?? agent.name;
  const name = text.trim();

  function submit(event: FormEvent) {
    event.preventDefault();
    if (name === '' || name === agent.name) return;
    mutate(name, {
      onSuccess: () => {
        setDraft(null);
        notice(`The agent is now called ${name}`);
      },
    });
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
      <Button type="submit" variant="default" loading={isPending} disabled={name === '' || name === agent.name}>
        Rename agent
      </Button>
    </form>
  );
}

/** Shows the new name at once, and the old one again if the server refuses. */
function useRename(agent: AgentDetail) {
  const client = useQueryClient();
  const { queryKey } = keys.agent({ agentId: agent.id, workspaceId: agent.workspace_id });
  return useMutation({
    mutationFn: (name: string) => renameAgent(agent.workspace_id, agent.id, name),
    onMutate: async (name) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData<AgentDetail>(queryKey);
      client.setQueryData<AgentDetail>(queryKey, (detail) => detail && { ...detail, name });
      return { before };
    },
    onError: (_error, _name, context) => client.setQueryData(queryKey, context?.before),
  });
}
