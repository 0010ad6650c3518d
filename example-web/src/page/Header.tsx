import {
  ActionIcon,
  NativeSelect,
  Skeleton,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';
import { workspacesQuery } from '../cache/queries';
import { useQuery } from '../core';
import { useSettings } from '../settings';
import { CoreSwitch } from './CoreSwitch';
import classes from './Header.module.css';
import { LiveBadge } from './LiveBadge';

export function Header() {
  return (
    <header className={classes.header}>
      <div className={classes.inner}>
        <div className={classes.brand}>
          <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden>
            <rect width="32" height="32" rx="8" fill="#c2410c" />
            <path
              d="M7 20l5-7 4 4 4-7 5 10"
              fill="none"
              stroke="#fff"
              strokeWidth="2.6"
              strokeLinecap="round"
              strokeLinejoin="round"
            />
          </svg>
          <span className={classes.name}>Operations</span>
        </div>
        <WorkspaceSwitch />
        <div className={classes.right}>
          <div className={classes.core}>
            <CoreSwitch />
          </div>
          <LiveBadge />
          <SchemeSwitch />
        </div>
      </div>
    </header>
  );
}

function WorkspaceSwitch() {
  const { workspaceId, set } = useSettings();
  const { data, isError, refetch } = useQuery(workspacesQuery());
  if (isError) {
    return (
      <button type="button" className={classes.retry} onClick={() => refetch()}>
        Workspaces could not be loaded. Try again
      </button>
    );
  }
  if (!data) return <Skeleton height={34} radius="md" className={classes.workspace} />;
  const options = data.map(({ id, name }) => ({ value: id, label: name }));
  // An address may name a workspace that does not exist (any more); its panels say so.
  const known = data.some(({ id }) => id === workspaceId);
  return (
    <NativeSelect
      className={classes.workspace}
      aria-label="Workspace"
      data={known ? options : [{ value: workspaceId, label: `${workspaceId} (unknown)` }, ...options]}
      value={workspaceId}
      onChange={(event) => set({ workspaceId: event.currentTarget.value })}
    />
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={`Use ${other} colours`}>
      <ActionIcon variant="default" size={34} aria-label={`Use ${other} colours`} onClick={() => setColorScheme(other)}>
        {scheme === 'dark' ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
