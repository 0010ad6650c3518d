import type { AgentStatus } from '../../api/types';
import { StatusPill, type Tone } from '../../ui/StatusPill';

export const STATUSES: readonly AgentStatus[] = ['active', 'idle', 'paused', 'failing'];

const look: Record<AgentStatus, { tone: Tone; label: string }> = {
  active: { tone: 'good', label: 'Active' },
  idle: { tone: 'calm', label: 'Idle' },
  paused: { tone: 'warn', label: 'Paused' },
  failing: { tone: 'bad', label: 'Failing' },
};

export const statusLabel = (status: AgentStatus): string => look[status].label;

export function AgentStatusPill({ status }: { status: AgentStatus }) {
  return <StatusPill tone={look[status].tone}>{look[status].label}</StatusPill>;
}
