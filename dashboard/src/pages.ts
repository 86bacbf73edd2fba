import type { ComponentType } from 'preact';
import { Config } from './pages/config.tsx';
import { Costs } from './pages/costs.tsx';
import { Doctor } from './pages/doctor.tsx';
import { Endpoints } from './pages/endpoints.tsx';
import { Now } from './pages/now.tsx';
import { Request } from './pages/request.tsx';
import { Requests } from './pages/requests.tsx';
import { Routes } from './pages/routes.tsx';

/** A page: the first part of the address names it (`#/requests`). Those with `nav` stand in the navigation, in this order. */
export interface Page {
  readonly name: 'now' | 'requests' | 'endpoints' | 'routes' | 'costs' | 'doctor' | 'config' | 'request';
  readonly show: ComponentType;
  readonly nav: boolean;
}

export const PAGES: readonly Page[] = [
  { name: 'now', show: Now, nav: true },
  { name: 'requests', show: Requests, nav: true },
  { name: 'endpoints', show: Endpoints, nav: true },
  { name: 'routes', show: Routes, nav: true },
  { name: 'costs', show: Costs, nav: true },
  { name: 'doctor', show: Doctor, nav: true },
  { name: 'config', show: Config, nav: true },
  { name: 'request', show: Request, nav: false },
];
