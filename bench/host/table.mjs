/** Columns of the terminal's table and of the one in docs/performance.md. */
const COLUMNS = ['id', 'runtime', 'ours', 'p25–p75', 'query-core', 'p25–p75', 'unit', 'ratio', 'p25–p75'];

const number = (value) => (value === null ? '–' : value.toLocaleString('en', { maximumSignificantDigits: 3 }));
const range = (pair) => (pair === null ? '–' : `${number(pair[0])}–${number(pair[1])}`);
const times = (ratio) => (ratio === null ? '–' : `${number(ratio)}×`);

function cells({ id, runtime, ours, peer, unit, ratio, spread }) {
  return [
    id,
    runtime,
    number(ours),
    range(spread.ours),
    number(peer),
    range(spread.peer),
    unit,
    times(ratio),
    range(spread.ratio),
  ];
}

/** One line for one result, printed as soon as it is there. */
export function line(result) {
  const { id, runtime, ours, peer, unit, ratio } = result;
  return `${runtime.padEnd(9)}${id.padEnd(22)}${number(ours).padStart(9)} ${unit} · query-core ${number(peer)} ${unit} · ${times(ratio)}`;
}

/** Aligned columns for a terminal. */
export function table(results) {
  const rows = [COLUMNS, ...results.map(cells)];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const isText = (i) => i < 2 || COLUMNS[i] === 'unit';
  return rows
    .map((row) => row.map((cell, i) => (isText(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
    .join('\n');
}

/** The same as Markdown. */
export function markdown(results) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [row(COLUMNS), row(COLUMNS.map(() => '---')), ...results.map((result) => row(cells(result)))].join('\n');
}
