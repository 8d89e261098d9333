/** Under which the failed jobs are kept for a while. */
export const jobsKey = ['jobs'] as const;
