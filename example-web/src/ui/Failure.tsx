import { Button, EmptyState } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';

interface FailureProps {
  /** What could not be shown, in plain words: "The chart could not be loaded". */
  title: string;
  error: Error;
  onRetry: () => void;
  retrying?: boolean;
}

/** Takes the place of content that could not be loaded, and offers the way out. */
export function Failure({ title, error, onRetry, retrying = false }: FailureProps) {
  return (
    <EmptyState
      role="alert"
      size="sm"
      p="lg"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      description={error.message}
    >
      <EmptyState.Actions>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={retrying}
          onClick={onRetry}
        >
          Try again
        </Button>
      </EmptyState.Actions>
    </EmptyState>
  );
}
