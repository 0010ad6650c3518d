import { Skeleton } from '@mantine/core';
import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from '@tabler/icons-react';
import { memo } from 'react';
import type { Card, Timeframe } from '../api/types';
import { dashboardQuery } from '../cache/queries';
import { useQuery } from '../core';
import { formatCompact, formatCount, formatDuration, formatShare } from '../format';
import { useSettings } from '../settings';
import { Failure } from '../ui/Failure';
import { Sparkline } from '../ui/Sparkline';
import { Budget } from './Budget';
import classes from './Kpis.module.css';

const SKELETON_CARDS = ['runs', 'success', 'agents', 'credits', 'duration'];
/** Smaller changes are noise. */
const NOTABLE = 0.0005;

const format: Record<Card['unit'], (value: number) => string> = {
  count: formatCount,
  share: formatShare,
  credits: formatCount,
  ms: formatDuration,
};

const before: Record<Timeframe, string> = {
  '7d': 'the 7 days before',
  '30d': 'the 30 days before',
  '90d': 'the 90 days before',
};

export function Kpis() {
  const { workspaceId, timeframe, fetching } = useSettings();
  const { data, error, isFetching, refetch } = useQuery(dashboardQuery({ workspaceId, timeframe }, fetching));
  if (error && !data) {
    return (
      <section className={classes.failure} aria-label="Key figures">
        <Failure
          title="The key figures could not be loaded"
          error={error}
          onRetry={() => refetch()}
          retrying={isFetching}
        />
      </section>
    );
  }
  return (
    <section className={classes.grid} aria-label="Key figures" aria-busy={isFetching}>
      {data
        ? data.cards.map((card) => <Kpi key={card.id} card={card} timeframe={timeframe} />)
        : SKELETON_CARDS.map((card) => <KpiSkeleton key={card} />)}
      <Budget />
    </section>
  );
}

const Kpi = memo(function Kpi({ card, timeframe }: { card: Card; timeframe: Timeframe }) {
  const show = format[card.unit];
  return (
    <article className={classes.card} data-card={card.id}>
      <h2 className={classes.label}>{card.label}</h2>
      <p className={classes.value} title={show(card.value)}>
        {show(card.value)}
      </p>
      <div className={classes.foot}>
        <Delta card={card} against={before[timeframe]} />
        <div className={classes.spark}>
          <Sparkline
            values={card.sparkline}
            label={`${card.label}, day by day, from ${show(card.sparkline[0] ?? 0)} to ${show(card.sparkline.at(-1) ?? 0)}`}
          />
        </div>
      </div>
    </article>
  );
});

function Delta({ card, against }: { card: Card; against: string }) {
  const { delta, better } = card;
  if (delta === null) return <span className={classes.delta}>new</span>;
  const flat = Math.abs(delta) < NOTABLE;
  const up = delta > 0;
  const tone = flat ? 'calm' : up === (better === 'up') ? 'good' : 'bad';
  const Arrow = flat ? IconArrowRight : up ? IconArrowUpRight : IconArrowDownRight;
  const size = `${formatCompact(Math.abs(delta) * 100)}%`;
  const words = flat ? 'as much as' : `${size} ${up ? 'more' : 'less'} than`;
  return (
    <span className={classes.delta} data-tone={tone} title={`${words} in ${against}`}>
      <Arrow size={14} aria-hidden />
      <span aria-hidden>{size}</span>
      <span className={classes.hidden}>
        {words} in {against}
      </span>
    </span>
  );
}

function KpiSkeleton() {
  return (
    <div className={classes.card} aria-hidden>
      <Skeleton height={12} width="60%" mt={3} />
      <Skeleton height={26} width="75%" mt={12} />
      <Skeleton height={14} width="40%" mt={24} />
    </div>
  );
}
