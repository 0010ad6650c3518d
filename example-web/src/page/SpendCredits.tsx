import { Button, Popover, Stack, TextInput } from '@mantine/core';
import { IconCoins } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { spendCredits } from '../api/actions';
import { useMutation } from '../core';
import { formatCount } from '../format';
import { useSettings } from '../settings';
import { useNotice } from '../ui/Notices';

/** The server takes no more at a time. */
const MOST = 100_000;

interface SpendCreditsProps {
  /** Whose work is charged; without it, the server picks an agent. */
  agentId?: string;
}

export function SpendCredits({ agentId }: SpendCreditsProps) {
  const { workspaceId } = useSettings();
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState('100');
  const notice = useNotice();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (amount: number) => spendCredits(workspaceId, amount, agentId),
    onSuccess: (_, amount) => {
      setOpened(false);
      notice(`${formatCount(amount)} credits were spent`);
    },
  });
  const amount = Number(text);
  const valid = Number.isInteger(amount) && amount >= 1 && amount <= MOST;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (valid) mutate(amount);
  }

  return (
    <Popover opened={opened} onChange={setOpened} trapFocus withArrow shadow="md" position="bottom-end" width={240}>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconCoins size={16} aria-hidden />}
          onClick={() => setOpened((before) => !before)}
        >
          Spend credits
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              data-autofocus
              type="number"
              inputMode="numeric"
              label="Amount"
              description={`A whole number, 1 to ${formatCount(MOST)}`}
              min={1}
              max={MOST}
              step={1}
              value={text}
              error={error?.message}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Button type="submit" loading={isPending} disabled={!valid}>
              Spend
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
