//! Tag `contact-channels`.

use stack_domain::{
    access::Caller,
    contact_channels::{ContactChannelCreate, ContactChannelUpdate},
    limits::Origin,
    models::{self, User},
};
use stack_server_api::{
    Access, ApiError, ClientAccess, ContactChannelsApi, Principal, ServerAccess,
    contact_channels::{
        CheckContactChannelVerificationCodeRequest, CreateContactChannelAsClientRequest,
        CreateContactChannelAsServerRequest, DeleteContactChannelRequest, GetContactChannelRequest,
        ListContactChannelsQuery, ListContactChannelsRequest, SendContactChannelVerificationCodeRequest,
        SendPrimaryEmailVerificationCodeRequest, UpdateContactChannelAsClientRequest,
        UpdateContactChannelAsServerRequest, VerifyContactChannelRequest,
    },
};
use stack_types::{
    ContactChannel, ContactChannelId, ContactChannelList, ContactChannelType, Success, UserIdOrMe,
    VerificationCodeChecked,
};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
    limits::origin,
    server::{CODE_IS_VALID, SUCCESS},
};

type AsClient = Principal<ClientAccess, Tenant, User>;
type AsServer = Principal<ServerAccess, Tenant, Option<User>>;
type Anybody = Principal<Access, Tenant, Option<User>>;

impl ContactChannelsApi for Server {
    async fn list_contact_channels_as_client(
        &self,
        who: AsClient,
        request: ListContactChannelsRequest,
    ) -> Result<ContactChannelList, ApiError> {
        self.list_contact_channels(&signed_in(who), request.query).await
    }

    async fn list_contact_channels_as_server(
        &self,
        who: AsServer,
        request: ListContactChannelsRequest,
    ) -> Result<ContactChannelList, ApiError> {
        self.list_contact_channels(&caller(who), request.query).await
    }

    async fn create_contact_channel_as_client(
        &self,
        who: AsClient,
        request: CreateContactChannelAsClientRequest,
    ) -> Result<ContactChannel, ApiError> {
        let (caller, body) = (signed_in(who), request.body);
        let command = ContactChannelCreate {
            user_id: caller.resolve(body.user_id).map_err(api_error)?,
            value: body.value,
            used_for_auth: body.used_for_auth,
            is_verified: false,
            is_primary: body.is_primary.unwrap_or(false),
        };
        self.create_contact_channel(&caller, command).await
    }

    async fn create_contact_channel_as_server(
        &self,
        who: AsServer,
        request: CreateContactChannelAsServerRequest,
    ) -> Result<ContactChannel, ApiError> {
        let (caller, body) = (caller(who), request.body);
        let command = ContactChannelCreate {
            user_id: caller.resolve(body.user_id).map_err(api_error)?,
            value: body.value,
            used_for_auth: body.used_for_auth,
            is_verified: body.is_verified.unwrap_or(false),
            is_primary: body.is_primary.unwrap_or(false),
        };
        self.create_contact_channel(&caller, command).await
    }

    async fn send_primary_email_verification_code(
        &self,
        who: Principal<Access, Tenant, User>,
        request: SendPrimaryEmailVerificationCodeRequest,
    ) -> Result<Success, ApiError> {
        let origin = origin(&who, &request.info);
        let (caller, body, channels) = (signed_in(who), request.body, &self.domain.contact_channels);
        self.limit_mail(&caller.tenant, origin, &body.email).await?;
        let sent = channels.send_primary_verification_code(&caller, &body.email, &body.callback_url);
        sent.await.map(|()| SUCCESS).map_err(api_error)
    }

    async fn verify_contact_channel(
        &self,
        who: Anybody,
        request: VerifyContactChannelRequest,
    ) -> Result<Success, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, channels) = (&who.tenant.project, &self.domain.contact_channels);
        match channels.verify(project, &request.body.code).await {
            Ok(()) => Ok(SUCCESS),
            Err(error) => Err(self.refused_token(project, origin, error).await),
        }
    }

    async fn check_contact_channel_verification_code(
        &self,
        who: Anybody,
        request: CheckContactChannelVerificationCodeRequest,
    ) -> Result<VerificationCodeChecked, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, channels) = (&who.tenant.project, &self.domain.contact_channels);
        match channels.check_code(project, &request.body.code).await {
            Ok(()) => Ok(CODE_IS_VALID),
            Err(error) => Err(self.refused_token(project, origin, error).await),
        }
    }

    async fn get_contact_channel_as_client(
        &self,
        who: AsClient,
        request: GetContactChannelRequest,
    ) -> Result<ContactChannel, ApiError> {
        let path = request.path;
        self.get_contact_channel(&signed_in(who), path.user_id, path.contact_channel_id)
            .await
    }

    async fn get_contact_channel_as_server(
        &self,
        who: AsServer,
        request: GetContactChannelRequest,
    ) -> Result<ContactChannel, ApiError> {
        let path = request.path;
        self.get_contact_channel(&caller(who), path.user_id, path.contact_channel_id)
            .await
    }

    async fn update_contact_channel_as_client(
        &self,
        who: AsClient,
        request: UpdateContactChannelAsClientRequest,
    ) -> Result<ContactChannel, ApiError> {
        let (path, body) = (request.path, request.body);
        let command = ContactChannelUpdate {
            value: body.value,
            used_for_auth: body.used_for_auth,
            is_verified: None,
            is_primary: body.is_primary,
        };
        self.update_contact_channel(&signed_in(who), path.user_id, path.contact_channel_id, command)
            .await
    }

    async fn update_contact_channel_as_server(
        &self,
        who: AsServer,
        request: UpdateContactChannelAsServerRequest,
    ) -> Result<ContactChannel, ApiError> {
        let (path, body) = (request.path, request.body);
        let command = ContactChannelUpdate {
            value: body.value,
            used_for_auth: body.used_for_auth,
            is_verified: body.is_verified,
            is_primary: body.is_primary,
        };
        self.update_contact_channel(&caller(who), path.user_id, path.contact_channel_id, command)
            .await
    }

    async fn delete_contact_channel_as_client(
        &self,
        who: AsClient,
        request: DeleteContactChannelRequest,
    ) -> Result<Success, ApiError> {
        let path = request.path;
        self.delete_contact_channel(&signed_in(who), path.user_id, path.contact_channel_id)
            .await
    }

    async fn delete_contact_channel_as_server(
        &self,
        who: AsServer,
        request: DeleteContactChannelRequest,
    ) -> Result<Success, ApiError> {
        let path = request.path;
        self.delete_contact_channel(&caller(who), path.user_id, path.contact_channel_id)
            .await
    }

    async fn send_contact_channel_verification_code_as_client(
        &self,
        who: AsClient,
        request: SendContactChannelVerificationCodeRequest,
    ) -> Result<Success, ApiError> {
        let origin = origin(&who, &request.info);
        self.send_verification_code(&signed_in(who), origin, request).await
    }

    async fn send_contact_channel_verification_code_as_server(
        &self,
        who: AsServer,
        request: SendContactChannelVerificationCodeRequest,
    ) -> Result<Success, ApiError> {
        let origin = origin(&who, &request.info);
        self.send_verification_code(&caller(who), origin, request).await
    }
}

/// What is the same for clients and servers.
impl Server {
    async fn list_contact_channels(
        &self,
        caller: &Caller,
        query: ListContactChannelsQuery,
    ) -> Result<ContactChannelList, ApiError> {
        let user = query.user_id.map(|user| caller.resolve(user)).transpose();
        let (user, id) = (user.map_err(api_error)?, query.contact_channel_id.map(channel_id));
        let listed = self.domain.contact_channels.list(caller, user, id).await;
        Ok(ContactChannelList {
            items: listed.map_err(api_error)?.into_iter().map(contact_channel).collect(),
            is_paginated: false,
            pagination: None,
        })
    }

    async fn create_contact_channel(
        &self,
        caller: &Caller,
        command: ContactChannelCreate,
    ) -> Result<ContactChannel, ApiError> {
        let created = self.domain.contact_channels.create(caller, command).await;
        created.map(contact_channel).map_err(api_error)
    }

    async fn get_contact_channel(
        &self,
        caller: &Caller,
        user: UserIdOrMe,
        id: ContactChannelId,
    ) -> Result<ContactChannel, ApiError> {
        let user = caller.resolve(user).map_err(api_error)?;
        let found = self.domain.contact_channels.get(caller, user, channel_id(id)).await;
        found.map(contact_channel).map_err(api_error)
    }

    async fn update_contact_channel(
        &self,
        caller: &Caller,
        user: UserIdOrMe,
        id: ContactChannelId,
        command: ContactChannelUpdate,
    ) -> Result<ContactChannel, ApiError> {
        let (user, channels) = (caller.resolve(user).map_err(api_error)?, &self.domain.contact_channels);
        let updated = channels.update(caller, user, channel_id(id), command).await;
        updated.map(contact_channel).map_err(api_error)
    }

    async fn delete_contact_channel(
        &self,
        caller: &Caller,
        user: UserIdOrMe,
        id: ContactChannelId,
    ) -> Result<Success, ApiError> {
        let user = caller.resolve(user).map_err(api_error)?;
        let deleted = self.domain.contact_channels.delete(caller, user, channel_id(id)).await;
        deleted.map(|()| SUCCESS).map_err(api_error)
    }

    async fn send_verification_code(
        &self,
        caller: &Caller,
        origin: Origin,
        request: SendContactChannelVerificationCodeRequest,
    ) -> Result<Success, ApiError> {
        let (path, body) = (request.path, request.body);
        let user = caller.resolve(path.user_id).map_err(api_error)?;
        // A client that means somebody else is refused below, and spends nothing of theirs.
        if !caller.is_client_meaning_another(user) {
            self.limit_mail_to_user(&caller.tenant, origin, user).await?;
        }
        let (id, channels) = (channel_id(path.contact_channel_id), &self.domain.contact_channels);
        let sent = channels.send_verification_code(caller, user, id, &body.callback_url);
        sent.await.map(|()| SUCCESS).map_err(api_error)
    }
}

const fn channel_id(id: ContactChannelId) -> models::ContactChannelId {
    models::ContactChannelId(id.0)
}

fn contact_channel(channel: models::ContactChannel) -> ContactChannel {
    ContactChannel {
        user_id: channel.user_id,
        id: ContactChannelId(channel.id.0),
        value: channel.value,
        r#type: match channel.kind {
            models::ContactChannelType::Email => ContactChannelType::Email,
        },
        used_for_auth: channel.used_for_auth,
        is_verified: channel.is_verified,
        is_primary: channel.is_primary,
    }
}
