import type { Finding, Verdict } from '../../../src/admin/admin.ts';
import { CodeBlock } from '../pieces/copy.tsx';
import { StatusBadge } from '../pieces/figures.tsx';
import { t } from './request-texts.ts';

/** Why it went as it did: the weightiest cause first. */
export function Findings({ findings, verdict }: { findings: readonly Finding[]; verdict: Verdict }) {
  if (findings.length === 0) return null;
  return (
    <section class="panel findings" aria-label={t('findings')}>
      {findings.map((finding) => (
        <article key={`${finding.kind} ${finding.attempts.join()}`}>
          <header>
            <h2>{t(`kind.${finding.kind}`)}</h2>
            <StatusBadge level={verdict === 'failed' ? 'bad' : 'warn'}>
              {t(`certainty.${finding.certainty}`)}
            </StatusBadge>
            {finding.attempts.length > 0 && (
              <span class="faint">{t('ofAttempts', { list: finding.attempts.join(', ') })}</span>
            )}
          </header>
          <p>{finding.what}</p>
          {finding.evidence.length > 0 && (
            <ul class="plain-list soft">
              {finding.evidence.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
          <p class="fix">
            <b>{t('fix')}</b> {finding.fix}
          </p>
          {finding.config !== undefined && <CodeBlock text={finding.config} label={t('configLines')} />}
        </article>
      ))}
    </section>
  );
}
