// A client app of the official SDK, for the project that the environment names.
import { StackClientApp } from "@stackframe/js";

const { STACK_API_URL, STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY } = process.env;

export const urls = { home: "/", afterSignIn: "/", afterSignUp: "/" };

export const clientApp = (options = {}) =>
  new StackClientApp({
    baseUrl: STACK_API_URL,
    projectId: STACK_PROJECT_ID,
    publishableClientKey: STACK_PUBLISHABLE_CLIENT_KEY,
    tokenStore: "memory",
    noAutomaticPrefetch: true,
    urls,
    ...options,
  });
