import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { theme } from '../frame/theme.ts';

/** Options of uPlot, without what the frame decides. */
export type ChartOptions = Omit<uPlot.Options, 'width' | 'height'>;

/**
 * A uPlot chart that is as wide as its place and follows the theme. `options` is called anew for each theme, so it may
 * read colours (`colour('--…')`); it should depend on nothing else but what is named in `shape`: a change of `shape`
 * builds the chart anew, a change of `data` only draws it anew. `label` says in words what one would see.
 */
export function Chart(props: {
  label: string;
  height: number;
  shape: string;
  options: () => ChartOptions;
  data: uPlot.AlignedData;
}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const shown = theme.value;
  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const size = { width: Math.max(200, box.clientWidth), height: props.height };
    const made = new uPlot({ ...props.options(), ...size }, props.data, box);
    chart.current = made;
    const observer = new ResizeObserver(() => {
      const width = Math.max(200, box.clientWidth);
      if (width !== made.width) made.setSize({ width, height: props.height });
    });
    observer.observe(box);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [shown, props.shape, props.height]);
  const drawn = useRef(props.data);
  useEffect(() => {
    if (drawn.current !== props.data) chart.current?.setData(props.data);
    drawn.current = props.data;
  }, [props.data]);
  return (
    <div
      class="chart"
      ref={place}
      role="img"
      aria-label={props.label}
      style={{ minHeight: `${props.height}px` }}
    />
  );
}
