import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { completeRun } from '../api/actions';
import { useMutation } from '../core';
import { useSettings } from '../settings';
import { useNotice } from '../ui/Notices';

interface CompleteRunProps {
  /** Whose run; without it, the server picks an agent. */
  agent?: { id: string; name: string };
}

/** Records a run. The page refreshes by the server's event, so there is nothing to invalidate here. */
export function CompleteRun({ agent }: CompleteRunProps) {
  const { workspaceId } = useSettings();
  const notice = useNotice();
  const { mutate, isPending } = useMutation({
    mutationFn: () => completeRun(workspaceId, agent?.id),
    onSuccess: () => notice(agent ? `${agent.name} completed a run` : 'A run was completed'),
    onError: (error) => notice(`The run was not recorded. ${error.message}`, 'bad'),
  });
  return (
    <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} loading={isPending} onClick={() => mutate()}>
      Complete a run
    </Button>
  );
}
