import { SegmentedControl, Skeleton } from '@mantine/core';
import { lazy, memo, Suspense, useState } from 'react';
import { seriesQuery } from '../cache/queries';
import { useQuery } from '../core';
import { useSettings } from '../settings';
import { Boundary } from '../ui/Boundary';
import { Failure } from '../ui/Failure';
import { Panel } from '../ui/Panel';
import type { Measure } from './SeriesChart';
import classes from './SeriesPanel.module.css';

/** The chart library is large, and nothing else on the page waits for it. */
const SeriesChart = lazy(() => import('./SeriesChart'));

const measures: { value: Measure; label: string }[] = [
  { value: 'runs', label: 'Runs' },
  { value: 'credits', label: 'Credits' },
  { value: 'duration', label: 'Duration' },
];

const notes: Record<Measure, string> = {
  runs: 'Completed and failed, by day',
  credits: 'Credits spent, by day',
  duration: 'Average duration of a run, by day',
};

export function SeriesPanel() {
  const { workspaceId, timeframe, fetching } = useSettings();
  const [measure, setMeasure] = useState<Measure>('runs');
  const { data, error, isPending, isFetching, refetch } = useQuery(seriesQuery({ workspaceId, timeframe }, fetching));
  return (
    <Panel
      title="Trend"
      note={notes[measure]}
      busy={isFetching && !isPending}
      side={<MeasureSwitch measure={measure} onChange={setMeasure} />}
    >
      <div className={classes.place}>
        {error && !data ? (
          <Failure
            title="The trend could not be loaded"
            error={error}
            onRetry={() => refetch()}
            retrying={isFetching}
          />
        ) : (
          <Boundary title="The chart could not be shown">
            <Suspense fallback={<Skeleton height="100%" />}>
              {data ? <SeriesChart points={data.points} measure={measure} /> : <Skeleton height="100%" />}
            </Suspense>
          </Boundary>
        )}
      </div>
    </Panel>
  );
}

interface MeasureSwitchProps {
  measure: Measure;
  onChange: (measure: Measure) => void;
}

const MeasureSwitch = memo(function MeasureSwitch({ measure, onChange }: MeasureSwitchProps) {
  return <SegmentedControl size="xs" aria-label="Measure" data={measures} value={measure} onChange={onChange} />;
});
