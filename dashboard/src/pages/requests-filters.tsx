import { useId } from 'preact/hooks';
import type { ExchangeRecord } from '../../../src/admin/admin.ts';
import { causeWords } from '../frame/causes.ts';
import { live } from '../frame/live.ts';
import { setQuery } from '../frame/router.ts';
import { Choice } from '../pieces/choice.tsx';
import type { Filters } from './requests-rows.ts';
import { t } from './requests-texts.ts';

const HOURS = ['1', '24', '168', ''] as const;

/** What is shown: every change stands in the address at once, so that it can be sent to somebody. */
export function FilterBar({ filters, rows }: { filters: Filters; rows: readonly ExchangeRecord[] }) {
  const seen = (value: (row: ExchangeRecord) => string | undefined): string[] =>
    [...new Set(rows.slice(0, 2_000).flatMap((row) => value(row) ?? []))].sort();
  const { endpoint, failed, lost, slow, hours, ...texts } = filters;
  const any =
    failed || lost || [endpoint, slow, hours, ...Object.values(texts)].some((one) => one !== undefined);
  return (
    <search class="filters">
      <Choice
        label={t('span')}
        options={HOURS.map((value) => [value, t(`hours.${value || 'all'}`)] as const)}
        value={HOURS.find((value) => value === String(hours ?? '')) ?? ''}
        onChoose={(value) => setQuery({ hours: value })}
      />
      <Check name="failed" checked={failed} />
      <Check name="lost" checked={lost} />
      <label class="check">
        {t('slow')}
        <input
          class="seconds"
          type="number"
          min="0"
          step="1"
          placeholder="–"
          value={slow ?? ''}
          onChange={(event) => setQuery({ slow: event.currentTarget.value })}
        />
      </label>
      <select
        aria-label={t('endpoint.any')}
        value={endpoint ?? ''}
        onChange={(event) => setQuery({ endpoint: event.currentTarget.value })}
      >
        <option value="">{t('endpoint.any')}</option>
        {(live.value?.endpoints ?? []).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <Word name="model" value={filters.model} known={seen(({ model }) => model)} />
      <Word name="client" value={filters.client} known={seen(({ client }) => client)} />
      <Word name="cause" value={filters.cause} known={seen(({ cause }) => cause)} />
      {any && (
        <button
          type="button"
          class="quiet"
          onClick={() =>
            setQuery({
              failed: '',
              lost: '',
              slow: '',
              hours: '',
              endpoint: '',
              model: '',
              client: '',
              cause: '',
            })
          }
        >
          {t('clear')}
        </button>
      )}
    </search>
  );
}

function Check({ name, checked }: { name: 'failed' | 'lost'; checked: boolean }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => setQuery({ [name]: event.currentTarget.checked })}
      />
      {t(name)}
    </label>
  );
}

/** A word that must be met whole; those in sight are proposed. */
function Word(props: {
  name: 'model' | 'client' | 'cause';
  value: string | undefined;
  known: readonly string[];
}) {
  const list = useId();
  return (
    <>
      <input
        class="word"
        aria-label={t(`any.${props.name}`)}
        placeholder={t(`any.${props.name}`)}
        list={list}
        value={props.value ?? ''}
        onChange={(event) => setQuery({ [props.name]: event.currentTarget.value.trim() })}
      />
      <datalist id={list}>
        {props.known.map((one) => (
          <option key={one} value={one}>
            {props.name === 'cause' ? causeWords(one) : undefined}
          </option>
        ))}
      </datalist>
    </>
  );
}
