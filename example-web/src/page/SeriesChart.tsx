import '@mantine/charts/styles.css';
import { AreaChart, type AreaChartSeries } from '@mantine/charts';
import { memo } from 'react';
import type { Day } from '../api/types';
import { formatCompact, formatCount, formatDay, formatDuration } from '../format';

export type Measure = 'runs' | 'credits' | 'duration';

const shown: Record<Measure, { series: AreaChartSeries[]; format: (value: number) => string }> = {
  runs: {
    series: [
      { name: 'ok_runs', label: 'Completed', color: 'var(--line-main)' },
      { name: 'failed_runs', label: 'Failed', color: 'var(--line-second)' },
    ],
    format: formatCount,
  },
  credits: { series: [{ name: 'credits', label: 'Credits', color: 'var(--line-main)' }], format: formatCount },
  duration: {
    series: [{ name: 'avg_duration_ms', label: 'Average duration', color: 'var(--line-main)' }],
    format: formatDuration,
  },
};

interface SeriesChartProps {
  points: Day[];
  measure: Measure;
}

function SeriesChart({ points, measure }: SeriesChartProps) {
  const { series, format } = shown[measure];
  return (
    <AreaChart
      h="100%"
      data={points}
      dataKey="day"
      series={series}
      valueFormatter={format}
      curveType="monotone"
      withGradient
      withDots={false}
      withLegend={series.length > 1}
      legendProps={{ verticalAlign: 'top', height: 36, itemSorter: null }}
      strokeDasharray="2 6"
      tickLine="none"
      fillOpacity={0.16}
      yAxisProps={{ width: 52, tickFormatter: measure === 'duration' ? format : formatCompact }}
      xAxisProps={{ tickFormatter: formatDay, minTickGap: 32, tickMargin: 10 }}
      tooltipProps={{ labelFormatter: (day) => (typeof day === 'string' ? formatDay(day) : '') }}
      areaProps={{ isAnimationActive: false }}
    />
  );
}

/** Charts are the most expensive thing on the page: another fetch of the same days is no reason to render one. */
export default memo(SeriesChart);
