import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { linearScale, logScale, type Scale } from './scales.ts';

/** Where the axes stand. */
const LEFT_PX = 52;
const RIGHT_PX = 12;
const TOP_PX = 12;
const BOTTOM_PX = 34;

/** What is drawn in needs to know. `width` and `height` are those of the whole, the rest that of the field. */
export interface Field {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: Scale;
  readonly y: Scale;
}

/** A label of an axis; two lines where it has two. */
export interface Tick {
  readonly at: number;
  readonly label: readonly string[];
}

/**
 * A chart: axes, and whatever `children` draws between them, as SVG, so that style sheet and theme hold for it as for
 * the rest of the page. As wide as its place. `label` says in words what one would see.
 */
export function Plot(props: {
  label: string;
  height: number;
  x: readonly [from: number, to: number];
  y: readonly [from: number, to: number];
  log?: boolean;
  /** How many labels there is room for. */
  xTicks: (room: number) => readonly Tick[];
  yTicks: readonly Tick[];
  onMove?: (x: number, y: number, field: Field) => void;
  onLeave?: () => void;
  onPick?: (x: number, y: number, field: Field) => void;
  pointing?: boolean;
  children: (field: Field) => ComponentChildren;
}) {
  const { height, onMove, onPick } = props;
  const [place, width] = useWidth();
  const field = fieldOf(props, width);
  const at = (event: MouseEvent & { readonly currentTarget: SVGSVGElement }): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  return (
    <div ref={place} style={{ height: `${height}px` }}>
      {width > 0 && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the list of the same requests, linked below, is the way by keyboard
        <svg
          class={props.pointing ? 'plot pointing' : 'plot'}
          width={width}
          height={height}
          role="img"
          aria-label={props.label}
          onMouseMove={onMove && ((event) => onMove(...at(event), field))}
          onMouseLeave={props.onLeave}
          onClick={onPick && ((event) => onPick(...at(event), field))}
        >
          <Axes field={field} xTicks={props.xTicks((field.right - field.left) / 64)} yTicks={props.yTicks} />
          {props.children(field)}
        </svg>
      )}
    </div>
  );
}

function fieldOf(
  props: { height: number; x: readonly [number, number]; y: readonly [number, number]; log?: boolean },
  width: number,
): Field {
  const [left, right, top, bottom] = [
    LEFT_PX,
    Math.max(LEFT_PX + 1, width - RIGHT_PX),
    TOP_PX,
    props.height - BOTTOM_PX,
  ];
  const vertical = props.log ? logScale : linearScale;
  return {
    width,
    left,
    right,
    top,
    bottom,
    x: linearScale(...props.x, left, right),
    y: vertical(...props.y, bottom, top),
  };
}

function Axes({ field, xTicks, yTicks }: { field: Field; xTicks: readonly Tick[]; yTicks: readonly Tick[] }) {
  return (
    <g class="axes">
      {yTicks.map(({ at, label }) => (
        <g key={at}>
          <line x1={field.left} x2={field.right} y1={field.y(at)} y2={field.y(at)} />
          <text x={field.left - 8} y={field.y(at) + 4} text-anchor="end">
            {label[0]}
          </text>
        </g>
      ))}
      {xTicks.map(({ at, label }) =>
        label.map((line, index) => (
          <text
            key={`${at} ${index}`}
            x={field.x(at)}
            y={field.bottom + 16 + 14 * index}
            text-anchor="middle"
          >
            {line}
          </text>
        )),
      )}
    </g>
  );
}

/** How wide its place is, in px; 0 until that is known. */
function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const observer = new ResizeObserver(() => setWidth(Math.floor(box.clientWidth)));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return [place, width] as const;
}
