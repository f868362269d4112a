"""Addresses of campaigns, challenges and rating: pages, files and the API."""

from django.urls import URLPattern

pages: list[URLPattern] = []
api_v1: list[URLPattern] = []
