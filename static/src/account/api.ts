// Calls about one's tokens and invitations.
import { API, request } from '../api/client';
import type { Invitation, Token } from '../api/types';

export const listTokens = (): Promise<Token[]> => request(`${API}/tokens`);
export const revokeToken = (id: string): Promise<void> => request(`${API}/tokens/${id}`, { method: 'DELETE' });
export const listInvitations = (): Promise<Invitation[]> => request(`${API}/invitations`);
export const revokeInvitation = (id: string): Promise<void> => request(`${API}/invitations/${id}`, { method: 'DELETE' });

export function createToken(name: string, scopes: string[]): Promise<Token> {
  return request(`${API}/tokens`, { method: 'POST', body: { name, scopes } });
}

export function invite(note: string): Promise<Invitation> {
  return request(`${API}/invitations`, { method: 'POST', body: { note } });
}
