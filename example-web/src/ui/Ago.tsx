import { formatAgo, formatMoment } from '../format';
import { useNow } from './useNow';

/** "4 min ago", moving with the clock; the exact time on hover. */
export function Ago({ time }: { time: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(time).toISOString()} title={formatMoment(time)}>
      {formatAgo(time, now)}
    </time>
  );
}
