"""Addresses of accounts: pages, and API parts that webapp.config.urls puts under /api/v1/."""

from django.urls import path

from webapp.accounts import api, views

pages = [
    path("setup/", views.setup, name="setup"),
    path("account/", views.account, name="account"),
    path("invitations/<str:secret>/", views.invitation, name="invitation"),
]
api_v1 = [
    path("tokens", api.Tokens.as_view(), name="tokens"),
    path("tokens/<uuid:pk>", api.TokenDetail.as_view(), name="token"),
    path("people", api.People.as_view(), name="people"),
    path("people/<int:pk>", api.PersonDetail.as_view(), name="person"),
    path("invitations", api.Invitations.as_view(), name="invitations"),
    path("invitations/<uuid:pk>", api.InvitationDetail.as_view(), name="invitation-detail"),
]
