import type { Choice, ChooseRequest, Expectation, Standing } from '../cluster/cluster.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { Settings } from '../domain/settings.ts';
import type { WhatIfView } from '../domain/view.ts';
import type { Language } from '../errors/catalogue.ts';
import { whatIsAsked } from './asking.ts';
import { attemptTimers } from './attempt-timers.ts';
import { type Plan, planFor } from './plan-for.ts';
import { WHAT_IF_WORDS } from './what-if-words.ts';

/** What is looked at; none of it may change anything. */
export interface WhatIfWorld {
  choose(request: ChooseRequest): Choice;
  standings(request: ChooseRequest): readonly Standing[];
  streams(endpoint: Endpoint): boolean;
  expect(endpoint: Endpoint): Expectation | undefined;
}

type Chosen = Extract<Choice, { kind: 'endpoint' }>;

/**
 * What would be decided about such a request now: its route, scenario, timers, and the endpoints in the order in which
 * they would be asked if each failed, with the reason of each; then those that are out.
 */
export function whatIf(
  request: IdentifiedRequest,
  settings: Settings,
  world: WhatIfWorld,
  language: Language,
  now: number,
): WhatIfView {
  const plan = planFor(request, settings);
  const words = WHAT_IF_WORDS[language];
  const standings = world.standings(whatIsAsked(request, plan, world.expect, [], []));
  const order = askedInTurn(request, plan, world, standings.length);
  const others = standings.filter(({ endpoint }) => !order.some((one) => one.endpoint === endpoint));
  const seen = (endpoint: Endpoint, usable: boolean, why: readonly string[]) => {
    const cuts = standings.find((one) => one.endpoint === endpoint)?.cuts;
    return {
      id: endpoint.id,
      name: endpoint.name,
      usable,
      why: [...why, ...(cuts ? [words.cuts(cuts)] : [])].join(words.join),
      ...expectedAt(endpoint, request, world),
      ...(cuts ? { edgeCuts: true } : {}),
    };
  };
  const outText = ({ out }: Standing): string[] => (out ? [words.out(out, request.protocol, now)] : []);
  return {
    protocol: request.protocol,
    operation: request.operation,
    ...(plan.route === undefined ? {} : { route: plan.route }),
    scenario: plan.scenario,
    scenarioBy: words.scenarioBy(plan),
    cluster: plan.cluster,
    timers: timersAt(order[0]?.endpoint, plan, world, now),
    endpoints: [
      ...order.map((choice) => {
        const standing = standings.find(({ endpoint }) => endpoint === choice.endpoint);
        const why = choice.outOfService && standing ? outText(standing) : [];
        return seen(choice.endpoint, !choice.outOfService, [...why, words.chosen(choice)]);
      }),
      ...others.map((standing) => seen(standing.endpoint, false, outText(standing))),
    ],
  };
}

/** The choices of an exchange whose every attempt fails, each endpoint once. */
function askedInTurn(
  request: IdentifiedRequest,
  plan: Plan,
  world: WhatIfWorld,
  count: number,
): readonly Chosen[] {
  const order: Chosen[] = [];
  const tried: string[] = [];
  // One that fits may be asked twice before one that would cut: the turns of all, and some more.
  for (let turn = 0; turn < 3 * count && order.length < count; turn += 1) {
    const choice = world.choose(whatIsAsked(request, plan, world.expect, tried, []));
    if (choice.kind !== 'endpoint') break;
    tried.push(choice.endpoint.id);
    if (!order.some(({ endpoint }) => endpoint === choice.endpoint)) order.push(choice);
  }
  return order;
}

/** Rules of thumb are left out: nobody has measured them here. */
function expectedAt(endpoint: Endpoint, request: IdentifiedRequest, world: WhatIfWorld) {
  const expected = request.operation === 'generate' ? world.expect(endpoint) : undefined;
  if (expected === undefined || (expected.basis === 'prior' && expected.samples === 0)) return {};
  return { expectedMs: Math.round(expected.totalMs) };
}

function timersAt(
  endpoint: Endpoint | undefined,
  plan: Plan,
  world: WhatIfWorld,
  now: number,
): WhatIfView['timers'] {
  if (endpoint === undefined) {
    return { connect: plan.connect, first_byte: plan.firstByte, idle: plan.idle, total: plan.total };
  }
  const { connect, firstByte, idle, total } = attemptTimers(plan, endpoint, world.streams(endpoint), now);
  return { connect, ...(firstByte ? { first_byte: firstByte } : {}), idle, total };
}
