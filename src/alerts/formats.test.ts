import { describe, expect, it } from 'vitest';
import { alertSettings } from '../../test/doubles/alert-records.ts';
import type { AlertFormat } from '../domain/settings.ts';
import { fitting, postOf, verdictOf, type WordedMessage } from './formats.ts';

const AT = Date.UTC(2020, 8, 6, 2, 47, 53, 123);

const MESSAGE: WordedMessage = {
  message: {
    topic: {
      kind: 'endpoint_down',
      endpointId: '1e3e69eb',
      endpoint: 'jp',
      detail: '<html> & co',
      flaps: false,
    },
    state: 'raised',
    at: AT,
    since: AT,
  },
  text: { title: 'QCC: endpoint jp is down', lines: ['It says <html> & co.', 'At noon.'] },
};

const posted = (format: AlertFormat, webhook: string, secret?: string) => {
  const settings = alertSettings({ format, webhook, ...(secret === undefined ? {} : { secret }) });
  const { url, body } = postOf(settings, [MESSAGE], AT);
  return { url, body: JSON.parse(body) as unknown };
};
const PLAIN = 'QCC: endpoint jp is down\nIt says <html> & co.\nAt noon.';

describe('the post, as each vendor documents it', () => {
  it('json', () => {
    expect(posted('json', 'http://127.0.0.1:9/hook')).toEqual({
      url: 'http://127.0.0.1:9/hook',
      body: {
        source: 'qcc',
        kind: 'endpoint_down',
        state: 'raised',
        subject: 'jp',
        at: '2020-09-06T02:47:53.123Z',
        since: '2020-09-06T02:47:53.123Z',
        title: 'QCC: endpoint jp is down',
        text: 'It says <html> & co.\nAt noon.',
        facts: { endpointId: '1e3e69eb', endpoint: 'jp', detail: '<html> & co', flaps: false },
      },
    });
  });

  it('slack: three characters are escaped', () => {
    expect(posted('slack', 'https://hooks.slack.com/services/T/B/x')).toEqual({
      url: 'https://hooks.slack.com/services/T/B/x',
      body: { text: '*QCC: endpoint jp is down*\nIt says &lt;html&gt; &amp; co.\nAt noon.' },
    });
  });

  it('feishu: signed with the timestamp and the secret as the key', () => {
    expect(posted('feishu', 'https://open.feishu.cn/open-apis/bot/v2/hook/x', 'SECfixture')).toEqual({
      url: 'https://open.feishu.cn/open-apis/bot/v2/hook/x',
      body: {
        timestamp: '1599360473',
        sign: 'xL3djc11IbUGdr6vHgnB47jX8TK5JEbhj+exAitZu8k=',
        msg_type: 'text',
        content: { text: PLAIN },
      },
    });
  });

  it('feishu without a secret', () => {
    expect(posted('feishu', 'https://open.feishu.cn/open-apis/bot/v2/hook/x').body).toEqual({
      msg_type: 'text',
      content: { text: PLAIN },
    });
  });

  it('dingtalk: signed in the query', () => {
    expect(posted('dingtalk', 'https://oapi.dingtalk.com/robot/send?access_token=x', 'SECfixture')).toEqual({
      url: 'https://oapi.dingtalk.com/robot/send?access_token=x&timestamp=1599360473123&sign=3dNpmN7%2BvNgeTKkBrY4Zk173Ke5wmcnbhPV09XvZplM%3D',
      body: { msgtype: 'text', text: { content: PLAIN } },
    });
  });

  it('dingtalk without a secret', () => {
    expect(posted('dingtalk', 'https://oapi.dingtalk.com/robot/send?access_token=x').url).toBe(
      'https://oapi.dingtalk.com/robot/send?access_token=x',
    );
  });

  it('wecom', () => {
    expect(posted('wecom', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x')).toEqual({
      url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x',
      body: { msgtype: 'text', text: { content: PLAIN } },
    });
  });

  it('wecom takes 2048 bytes: a longer text is cut at the end of a character', () => {
    const long = { ...MESSAGE, text: { title: 'QCC', lines: ['慢'.repeat(3_000)] } };
    const { body } = postOf(alertSettings({ format: 'wecom' }), [long], AT);
    const { content } = (JSON.parse(body) as { text: { content: string } }).text;
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(2_048);
    expect(content).toMatch(/^QCC\n慢+…$/);
  });
});

describe('fitting', () => {
  const size = (bytes: number): WordedMessage => ({
    ...MESSAGE,
    text: { title: 'x'.repeat(bytes), lines: [] },
  });
  it.each<[AlertFormat, number[], number]>([
    ['json', [10, 10], 1],
    ['wecom', [1_000, 1_000, 1_000], 2],
    ['wecom', [5_000, 10], 1],
    ['slack', [1_000, 1_000, 1_000], 3],
  ])('%s puts %j together: %i', (format, sizes, expected) => {
    expect(fitting(format, sizes.map(size))).toBe(expected);
  });
});

describe('the verdict', () => {
  it.each<[AlertFormat, number, string, boolean, string]>([
    ['json', 204, '', true, 'HTTP 204'],
    ['json', 500, 'oops', false, 'HTTP 500: oops'],
    ['json', 301, '', false, 'HTTP 301'],
    ['slack', 200, 'ok', true, 'HTTP 200'],
    ['slack', 404, 'no_service', false, 'HTTP 404: no_service'],
    ['feishu', 200, '{"code":0,"msg":"success","data":{}}', true, 'HTTP 200'],
    ['feishu', 200, '{"StatusCode":0,"StatusMessage":"success"}', true, 'HTTP 200'],
    [
      'feishu',
      200,
      '{"code":19021,"msg":"sign match fail"}',
      false,
      '{"code":19021,"msg":"sign match fail"}',
    ],
    ['dingtalk', 200, '{"errcode":0,"errmsg":"ok"}', true, 'HTTP 200'],
    [
      'dingtalk',
      200,
      '{"errcode":310000,"errmsg":"sign not match"}',
      false,
      '{"errcode":310000,"errmsg":"sign not match"}',
    ],
    [
      'wecom',
      200,
      '{"errcode":93000,"errmsg":"invalid webhook url"}',
      false,
      '{"errcode":93000,"errmsg":"invalid webhook url"}',
    ],
    ['wecom', 200, '', false, 'an empty answer'],
    ['wecom', 200, '<html>', false, '<html>'],
    ['wecom', 200, 'null', false, 'null'],
    ['dingtalk', 200, '{}', false, '{}'],
  ])('%s, HTTP %i, %s: %s', (format, status, body, ok, detail) => {
    expect(verdictOf(format, { status, body })).toEqual({ ok, detail });
  });
});
