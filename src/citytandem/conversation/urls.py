"""Addresses of conversations, single comments, and what one follows."""

from __future__ import annotations

from django.urls import path

from citytandem.conversation.views import comments, conversations, following

app_name = "conversation"
urlpatterns = [
    path("conversation/<slug:kind>/<uuid:object_id>", conversations.conversation, name="conversation"),
    path("comments/<uuid:comment_id>", comments.permalink, name="comment"),
    path("comments/<uuid:comment_id>/reply", comments.reply, name="reply"),
    path("comments/<uuid:comment_id>/edit", comments.edit, name="edit"),
    path("comments/<uuid:comment_id>/withdraw", comments.withdraw, name="withdraw"),
    path("comments/<uuid:comment_id>/versions", comments.versions, name="versions"),
    path("follow/<slug:kind>/<uuid:object_id>", following.follow, name="follow"),
    path("following", following.following, name="following"),
]
