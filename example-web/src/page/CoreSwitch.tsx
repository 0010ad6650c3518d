import { Group, SegmentedControl, Text } from '@mantine/core';
import { core } from '../core';
import { labels, runOn } from '../core/choice';
import type { CoreName } from '../core/core';

const choices = (['ferroquery', 'query-core'] satisfies CoreName[]).map((value) => ({ value, label: labels[value] }));

/** Loads the same page on the other core. */
export function CoreSwitch() {
  return (
    <Group gap="xs" wrap="nowrap">
      <Text visibleFrom="lg" size="xs" c="dimmed" aria-hidden>
        Runs on
      </Text>
      <SegmentedControl size="xs" aria-label="Runs on" data={choices} value={core.name} onChange={runOn} />
    </Group>
  );
}
