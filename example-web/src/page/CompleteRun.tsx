import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { completeRun } from '../api/actions';
import { useSettings } from '../settings';
import { useNotice } from '../ui/Notices';
import { useAction } from './useAction';

/** Completes a run of an agent of the server's choice. */
export function CompleteRun() {
  const { workspaceId } = useSettings();
  const notice = useNotice();
  const { run, busy } = useAction(completeRun);
  return (
    <Button
      leftSection={<IconPlayerPlay size={16} aria-hidden />}
      loading={busy}
      onClick={async () => {
        const failure = await run(workspaceId);
        if (failure) notice(`The run was not recorded. ${failure.message}`, 'bad');
        else notice('A run was completed');
      }}
    >
      Complete a run
    </Button>
  );
}
