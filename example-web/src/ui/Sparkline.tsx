import { useId } from 'react';

const WIDTH = 120;
const HEIGHT = 36;
const INSET = 2;

/** A line without axes. Drawn by hand: the first load would wait for the chart library otherwise. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const gradient = useId();
  if (values.length < 2) return <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" height={HEIGHT} aria-hidden />;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * WIDTH;
    const y = HEIGHT - INSET - ((value - low) / span) * (HEIGHT - 2 * INSET);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width="100%"
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
        <stop offset="0" stopColor="var(--line-main)" stopOpacity="0.22" />
        <stop offset="1" stopColor="var(--line-main)" stopOpacity="0" />
      </linearGradient>
      <polygon points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} fill={`url(#${gradient})`} />
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke="var(--line-main)"
        strokeWidth="1.75"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
