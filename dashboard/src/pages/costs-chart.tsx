import type { LedgerSummary } from '../../../src/admin/admin.ts';
import { count, dollars } from '../frame/format.ts';
import { Empty } from '../pieces/notice.tsx';
import { type Field, Plot, type Tick } from '../pieces/plot.tsx';
import { roundSteps } from '../pieces/scales.ts';
import { daysBetween, type Range } from './costs-range.ts';
import { t } from './costs-texts.ts';

/** A day's amounts, in micro-USD. */
export interface Day {
  readonly name: string;
  readonly cost: number;
  readonly lost: number;
  readonly saved: number;
}

/** Every day of the range, those without requests, too; of a range without ends, from the first day to the last. */
export function daysOf(rows: readonly LedgerSummary[], from?: string, to?: string): readonly Day[] {
  const known = new Map(rows.map((row) => [row.group ?? '', row]));
  const names = [...known.keys()].sort();
  return daysBetween(from ?? names[0] ?? '', to ?? names.at(-1) ?? '').map((name) => {
    const row = known.get(name);
    return {
      name,
      cost: row?.costMicroUsd ?? 0,
      lost: row?.lostMicroUsd ?? 0,
      saved: row?.savedMicroUsd ?? 0,
    };
  });
}

const HEIGHT = 220;
/** A column takes this share of its day, and no more px than that. */
const SHARE = 0.65;
const WIDEST_PX = 46;

/** Columns of cost, what of it was lost drawn over their foot, and what was saved as rings. */
export function DaysChart({ rows, range }: { rows: readonly LedgerSummary[]; range: Range }) {
  const days = daysOf(rows, range.from, range.to);
  const [first] = days;
  if (!first) return <Empty title={t('none')} />;
  const most = Math.max(1, ...days.flatMap(({ cost, saved }) => [cost, saved])) * 1.1;
  const dearest = days.reduce((best, day) => (day.cost > best.cost ? day : best), first);
  const words = { count: count(days.length), day: dearest.name, money: dollars(dearest.cost) };
  return (
    <Plot
      label={t('byDay.label', words)}
      height={HEIGHT}
      x={[-0.5, days.length - 0.5]}
      y={[0, most]}
      xTicks={(room) => dayTicks(days, room)}
      yTicks={roundSteps(most, 4).map((at) => ({ at, label: [dollars(at).replace(/\.0+$/, '')] }))}
    >
      {(field) =>
        days.map((day, index) => <DayColumn key={day.name} day={day} index={index} field={field} />)
      }
    </Plot>
  );
}

/** Counted from the last one, so that the newest day has a label. */
export function dayTicks(days: readonly Day[], room: number): readonly Tick[] {
  const every = Math.max(1, Math.ceil(days.length / Math.max(1, room)));
  return days
    .map(({ name }, at) => ({ at, label: [name.slice(5)] }))
    .filter(({ at }) => (days.length - 1 - at) % every === 0);
}

function DayColumn({ day, index, field }: { day: Day; index: number; field: Field }) {
  const width = Math.min(WIDEST_PX, SHARE * (field.x(1) - field.x(0)));
  const bar = (value: number, of: string) => (
    <rect
      class={of}
      x={field.x(index) - width / 2}
      width={width}
      y={field.y(value)}
      height={Math.max(0, field.bottom - field.y(value))}
    />
  );
  return (
    <g>
      <title>
        {`${day.name} · ${t('cost')} ${dollars(day.cost)} · ${t('lost')} ${dollars(day.lost)} · ${t('saved')} ${dollars(day.saved)}`}
      </title>
      <rect
        class="day"
        x={field.x(index - 0.5)}
        width={field.x(1) - field.x(0)}
        y={field.top}
        height={field.bottom - field.top}
      />
      {bar(day.cost, 'cost')}
      {bar(day.lost, 'lost')}
      {day.saved > 0 && <circle class="saved" cx={field.x(index)} cy={field.y(day.saved)} r="4" />}
    </g>
  );
}
