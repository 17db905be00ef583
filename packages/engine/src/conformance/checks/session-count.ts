import { InferenceSession } from 'onnxruntime-node';

/** How many sessions of ONNX Runtime were opened and released since counting began. */
export interface SessionCount {
  readonly opened: number;
  readonly released: number;
  stop(): void;
}

/** Counts sessions, whoever opens them, until `stop`. Sessions opened before are not counted when they are released. */
export function countSessions(): SessionCount {
  const factory: { create: (...args: never[]) => Promise<InferenceSession> } = InferenceSession;
  const { create } = factory;
  const count = { opened: 0, released: 0, stop: () => void (factory.create = create) };
  factory.create = async (...args) => {
    const session = await create.apply(InferenceSession, args);
    count.opened++;
    const release = session.release.bind(session);
    session.release = () => {
      count.released++;
      return release();
    };
    return session;
  };
  return count;
}
