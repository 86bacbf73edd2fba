import { useEffect, useState } from 'preact/hooks';
import type { RoutesView, WhatIfView } from '../../../src/admin/admin.ts';
import { post } from '../frame/api.ts';
import { language } from '../frame/language.ts';
import { errorWords } from '../frame/notices.ts';
import { href, place, setQuery } from '../frame/router.ts';
import { Duration, StatusBadge } from '../pieces/figures.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { askOf, type Fields, fieldsOf, PATHS } from './routes-ask.ts';
import { t } from './routes-texts.ts';

/** So long after the last key the gateway is asked. */
const PAUSE_MS = 250;
const EFFORTS = ['minimal', 'low', 'medium', 'high', 'max'] as const;

/** Where would a request go? The answer follows the form as one changes it; nothing is sent to a model. */
export function WhatIf({ routes }: { routes: RoutesView }) {
  const query = place.value.query.toString();
  const fields = fieldsOf(new URLSearchParams(query));
  const { view, problem } = useAnswer(query);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{t('whatIf')}</h2>
        <span class="end faint">{t('whatIf.hint')}</span>
      </div>
      <div class="what-if">
        <Form fields={fields} routes={routes} />
        <div class="stack" aria-live="polite">
          {problem !== undefined && <p class="bad-text">{problem}</p>}
          {view && <Answer view={view} />}
        </div>
      </div>
    </section>
  );
}

/** What the gateway would do with the form as it stands in the address. */
function useAnswer(query: string): { view?: WhatIfView; problem?: string } {
  const [state, setState] = useState<{ view?: WhatIfView; problem?: string }>({});
  const words = language.value;
  useEffect(() => {
    const controller = new AbortController();
    const ask = async (): Promise<void> => {
      const body = askOf(fieldsOf(new URLSearchParams(query)));
      const told = await post<WhatIfView>(`what-if?language=${words}`, body, controller.signal);
      if (!controller.signal.aborted)
        setState(told.ok ? { view: told.value } : { problem: errorWords(told.error) });
    };
    const timer = window.setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      controller.abort();
    };
  }, [query, words]);
  return state;
}

function Form({ fields, routes }: { fields: Fields; routes: RoutesView }) {
  const yesNo = [
    ['', t('unsaid')],
    ['yes', t('yes')],
    ['no', t('no')],
  ] as const;
  const some = (values: readonly string[]) => [
    ['', t('unsaid')] as const,
    ...values.map((one) => [one, one] as const),
  ];
  return (
    <form class="fields" onSubmit={(event) => event.preventDefault()}>
      <Select name="path" fields={fields} options={PATHS.map((path) => [path, path] as const)} />
      <Text name="model" fields={fields} placeholder="claude-opus-5" />
      <Select name="stream" fields={fields} options={yesNo} />
      <Select name="thinking" fields={fields} options={yesNo} />
      <Select name="effort" fields={fields} options={some(EFFORTS)} />
      <Text name="maxTokens" fields={fields} numeric />
      <Text name="promptKb" fields={fields} numeric />
      {routes.clientKeys.length > 0 && (
        <Select name="clientKey" fields={fields} options={some(routes.clientKeys)} />
      )}
      {routes.listeners.length > 1 && (
        <Select
          name="listener"
          fields={fields}
          options={routes.listeners.map((one) => [one, one] as const)}
        />
      )}
      <label class="field whole">
        <span>{t('field.headers')}</span>
        <textarea
          class="seek mono"
          rows={2}
          value={fields.headers}
          placeholder="x-qcc-scenario: reasoning"
          onInput={(event) => setQuery({ headers: event.currentTarget.value })}
        />
      </label>
    </form>
  );
}

function Select(props: {
  name: keyof Fields;
  fields: Fields;
  options: readonly (readonly [string, string])[];
}) {
  return (
    <label class="field">
      <span>{t(`field.${props.name}`)}</span>
      <select
        value={props.fields[props.name]}
        onChange={(event) => setQuery({ [props.name]: event.currentTarget.value })}
      >
        {props.options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Text(props: { name: keyof Fields; fields: Fields; numeric?: boolean; placeholder?: string }) {
  return (
    <label class="field">
      <span>{t(`field.${props.name}`)}</span>
      <input
        inputMode={props.numeric ? 'decimal' : 'text'}
        value={props.fields[props.name]}
        placeholder={props.placeholder}
        onInput={(event) => setQuery({ [props.name]: event.currentTarget.value })}
      />
    </label>
  );
}

type Candidate = WhatIfView['endpoints'][number];

function Answer({ view }: { view: WhatIfView }) {
  const columns: readonly Column<Candidate>[] = [
    { key: 'name', title: t('endpoint'), cell: ({ name }) => name },
    {
      key: 'usable',
      title: t('usable'),
      cell: ({ usable, edgeCuts }) => (
        <StatusBadge level={usable ? (edgeCuts ? 'warn' : 'good') : 'idle'}>
          {t(usable ? (edgeCuts ? 'usable.cut' : 'usable.yes') : 'usable.no')}
        </StatusBadge>
      ),
    },
    {
      key: 'expected',
      title: t('expected'),
      numeric: true,
      cell: ({ expectedMs }) => <Duration ms={expectedMs} />,
    },
    { key: 'why', title: t('why'), line: true, cell: ({ why }) => <span class="soft">{why}</span> },
  ];
  return (
    <>
      <dl class="pairs">
        <dt>{t('route')}</dt>
        <dd>{view.route ?? t('noRoute')}</dd>
        <dt>{t('cluster')}</dt>
        <dd>{view.cluster}</dd>
        <dt>{t('scenario')}</dt>
        <dd>
          {view.scenario} <span class="faint">({view.scenarioBy})</span>
        </dd>
        {Object.entries(view.timers).map(([name, limit]) => (
          <Timer key={name} name={name} ms={limit.ms} setBy={limit.setBy} />
        ))}
      </dl>
      <Table
        caption={t('order')}
        columns={columns}
        rows={view.endpoints}
        rowKey={({ id }) => id}
        link={({ id }) => href('endpoints', id)}
      />
    </>
  );
}

function Timer({ name, ms, setBy }: { name: string; ms: number; setBy: string }) {
  return (
    <>
      <dt class="mono">{name}</dt>
      <dd>
        <Duration ms={ms} plain /> <span class="faint">({setBy})</span>
      </dd>
    </>
  );
}
