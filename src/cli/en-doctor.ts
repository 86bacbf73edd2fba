/** Texts of `doctor`. A part of `en`. */
export const enDoctor = {
  aboutDoctor: 'walk from here to an endpoint’s model, and say what is wrong (all enabled ones; or a URL)',
  aboutCheckupModel: 'the model to ask for',
  aboutCheckupKey: 'with a URL: environment variable that holds its key',
  aboutProbeEdge: 'find out how long an answer may be silent; costs a long answer',
  aboutSilenceUpTo: 'how long a silence to try: 130s, 5m (130s)',
  aboutYesProbe: 'do not ask before --probe-edge',
  aboutDoctorJson: 'print one JSON object',
  expectedDuration: 'a duration such as 130s, 5m or 500ms',
  noConfigForDoctor:
    'There is no config file ({file}). Write one: qcc init; or name an address: qcc doctor https://api.example.com',
  keyNeedsUrl: '--api-key-env goes with a URL; a configured endpoint has its own key',
  silenceNeedsProbe: '--silence-up-to goes with --probe-edge',
  probeCost:
    '--probe-edge asks for long answers (calls: {calls}): up to {tokens} tokens, {price} at list prices. One that is cut is charged, too.',
  probePriceUnknown: 'price unknown',
  probeAsk: 'Go on? [y/N] ',
  probeNotAgreed: 'Not probed. It is done with --yes, or with y on a terminal.',
  doctorStep: '{number}/{of} {name}: {text}',
  doctorConfig: 'In {file}, at {place}:',
  doctorPlace: 'the endpoint {name}',
} as const;
