/** Under which the users are kept for a while. */
export const usersKey = ['users'] as const;
